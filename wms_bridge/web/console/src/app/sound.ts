/** A sound for new critical alarms: off until somebody switches it on, on this machine. */
import { signal } from "@preact/signals";

const KEY = "podherd-alarm-sound";
const TONES_HZ = [880, 660, 880];
const TONE_S = 0.16;
let output: AudioContext | null = null;

export const soundOn = signal(localStorage.getItem(KEY) === "on");

/** Switches it; switching on lets it be heard. */
export function switchSound(on: boolean): void {
  soundOn.value = on;
  if (on) localStorage.setItem(KEY, "on");
  else localStorage.removeItem(KEY);
  if (on) sound();
}

/** Three short tones, if it is switched on. A browser may stay silent until the page was touched. */
export function sound(): void {
  if (!soundOn.value) return;
  output ??= new AudioContext();
  void output.resume();
  TONES_HZ.forEach((hz, place) => tone(output as AudioContext, hz, place * TONE_S * 1.3));
}

function tone(context: AudioContext, hz: number, after_s: number): void {
  const [source, volume] = [context.createOscillator(), context.createGain()];
  const begin_s = context.currentTime + after_s;
  source.frequency.value = hz;
  volume.gain.setValueAtTime(0.0001, begin_s);
  volume.gain.exponentialRampToValueAtTime(0.25, begin_s + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, begin_s + TONE_S);
  source.connect(volume).connect(context.destination);
  source.start(begin_s);
  source.stop(begin_s + TONE_S);
}
