import { App } from "./app.js";
import { keepShell } from "./shell.js";
import { exposeTestState, type Watched } from "./test-state.js";
import { byId } from "./ui/dom.js";
import { paintHero } from "./ui/hero.js";
import { News } from "./ui/news.js";

const watched: Watched = { match: null, replay: null };
paintHero(byId("hero", HTMLCanvasElement));
exposeTestState(watched);

new News().start();
const app = new App(watched);
const replayId = new URLSearchParams(location.search).get("replay");
if (replayId === null) app.open();
else void app.watch(replayId);
void keepShell();
