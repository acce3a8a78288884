/** Starts the console in its page. */
import "./theme/tokens.css";
import "./theme/base.css";
import "./parts/parts.css";
import "./app/app.css";

import { render } from "preact";

import { App } from "./app/App";
import { startShortcuts } from "./app/shortcuts";
import { startWords } from "./i18n/words";
import { address, startRouter } from "./routes/router";
import { fetchAhead } from "./routes/screens";
import { startTheme } from "./theme/theme";

startTheme();
startWords();
startRouter();
fetchAhead(address.value.screen);
startShortcuts();
const place = document.getElementById("app");
if (place) render(<App />, place);
