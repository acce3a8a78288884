/** Intervene: stop and let go on, send, reroute, close, walk onto the floor; what is in force. */
import type { Screen } from "../../routes/screens";

const screen: Screen = {
  name: "intervene",
  order: 50,
  permission: "operate",
  key: "i",
  load: () => import("./InterveneScreen"),
};

export default screen;
