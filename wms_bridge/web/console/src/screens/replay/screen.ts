/** Looking back: the floor, the orders and the decisions as they were. */
import type { Screen } from "../../routes/screens";

const screen: Screen = {
  name: "replay",
  order: 70,
  permission: "see",
  key: "r",
  load: () => import("./ReplayScreen"),
};

export default screen;
