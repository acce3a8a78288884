"""LLRP, the EPCglobal Low Level Reader Protocol: codec, client and a simulated reader."""
