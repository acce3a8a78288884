/** The control tower: all that happens, what waits for somebody, what will be, what acts by itself. */
import type { Screen } from "../../routes/screens";

const screen: Screen = {
  name: "tower",
  order: 80,
  permission: "see",
  key: "t",
  load: () => import("./TowerScreen"),
};

export default screen;
