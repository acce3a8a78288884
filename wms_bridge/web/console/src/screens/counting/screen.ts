/** Counting: where counted slots and books disagree, on what evidence, and what was decided. */
import type { Screen } from "../../routes/screens";

const screen: Screen = {
  name: "counting",
  order: 35,
  permission: "see",
  key: "c",
  load: () => import("./CountingScreen"),
};

export default screen;
