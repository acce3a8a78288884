/** Alarms: what is wrong, who knows of it, what is set aside, and what became of each. */
import type { Screen } from "../../routes/screens";

const screen: Screen = {
  name: "alarms",
  order: 40,
  permission: "see",
  key: "a",
  load: () => import("./AlarmsScreen"),
};

export default screen;
