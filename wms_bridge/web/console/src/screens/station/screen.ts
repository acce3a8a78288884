/** The station: what to pick, put and count, for whoever works there. Made for tablet and scanner. */
import type { Screen } from "../../routes/screens";

const screen: Screen = {
  name: "station",
  order: 30,
  permission: "work_station",
  key: "s",
  load: () => import("./StationScreen"),
};

export default screen;
