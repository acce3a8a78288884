/** Key figures: now and over time, by station and by shift, with what each of them means. */
import type { Screen } from "../../routes/screens";

const screen: Screen = {
  name: "kpis",
  order: 60,
  permission: "see",
  key: "k",
  load: () => import("./KpisScreen"),
};

export default screen;
