/** Setup: the site and its draft, users, connectors, the audit log. */
import type { Screen } from "../../routes/screens";

const screen: Screen = {
  name: "setup",
  order: 90,
  permission: "see",
  key: "e",
  load: () => import("./SetupScreen"),
};

export default screen;
