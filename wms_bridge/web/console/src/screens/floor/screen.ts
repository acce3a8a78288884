/** The floor: where all robots are, what they do and what they wait for. */
import type { Screen } from "../../routes/screens";

const screen: Screen = {
  name: "floor",
  order: 10,
  permission: "see",
  key: "f",
  load: () => import("./FloorScreen"),
};

export default screen;
