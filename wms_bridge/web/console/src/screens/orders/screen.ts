/** Orders: from intake to confirmation, which may be late and why; change, rush, cancel. */
import type { Screen } from "../../routes/screens";

const screen: Screen = {
  name: "orders",
  order: 15,
  permission: "see",
  key: "o",
  load: () => import("./OrdersScreen"),
};

export default screen;
