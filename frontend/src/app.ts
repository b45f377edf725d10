import {
	ClientError,
	type ClientOptions,
	type ClientStorage,
	memoryStorage,
	SavepointClient,
	webStorage,
} from "@savepoint/client";
import { DURATION_SECONDS_MAX, DURATION_SECONDS_MIN, type Session } from "@savepoint/core";
import { engineInTheEnd, loadEngineSoon } from "./engine.js";
import { endingOf, Night } from "./game-night.js";
import { onLanguage } from "./i18n/language.js";
import { Controls } from "./play/input.js";
import { listenToKeys } from "./play/keyboard.js";
import { worldMemory } from "./play/memory.js";
import { Tabs } from "./play/tabs.js";
import { Audio } from "./sound/audio.js";
import { Tune } from "./sound/tune.js";
import type { Watched } from "./test-state.js";
import { byId, show, shownScreen } from "./ui/dom.js";
import { HighScores } from "./ui/high-scores.js";
import { Hud } from "./ui/hud.js";
import { keptName, sendName } from "./ui/name-sender.js";
import { ResultScreen } from "./ui/result-screen.js";
import { SaveIndicator } from "./ui/save-indicator.js";
import { openSettings, remember, remembered, wasMuted } from "./ui/settings.js";
import { StartScreen } from "./ui/start-screen.js";
import { Story } from "./ui/story.js";
import { listenToTouch } from "./ui/touch.js";

/** Set while there is a game whose result the player has not seen. */
const OPEN_KEY = "before-dawn:open";
/** Its value when the player has seen that others ended it: they may give it back. */
const SEEN = "seen";

/** The page: which screen is shown, and the one game that it may have. */
export class App {
	readonly #watched: Watched;
	readonly #audio = new Audio(wasMuted());
	readonly #tune = new Tune(this.#audio);
	readonly #controls = new Controls();
	readonly #hud = new Hud();
	readonly #story = new Story();
	readonly #saving = new SaveIndicator();
	readonly #scores = new HighScores();
	readonly #start = new StartScreen();
	readonly #result = new ResultScreen(() => void this.#scores.refresh());
	readonly #tabs = new Tabs(() => this.#letGo());
	readonly #storage: ClientStorage = browserStorage();
	#client: SavepointClient | null = null;
	#night: Night | null = null;
	#waiting: AbortController | null = null;

	constructor(watched: Watched) {
		this.#watched = watched;
		openSettings(this.#audio);
		listenToKeys(this.#controls, () => shownScreen() === "play");
		listenToTouch(this.#controls);
		onLanguage(() => this.#story.clear());
		const onClick = (id: string, act: () => void) =>
			byId(id, HTMLButtonElement).addEventListener("click", act);
		onClick("start", () => void this.#begin("start"));
		onClick("again", () => void this.#begin("start"));
		onClick("play-here", () => void this.#begin("resume"));
		onClick("to-start", () => this.#toStart());
		onClick("give-up", () => this.#waiting?.abort());
	}

	/** The start screen, or the game that was left open. Nothing is created on the server. */
	open(): void {
		loadEngineSoon();
		void this.#scores.refresh();
		const wanted = keptName();
		if (remembered(OPEN_KEY) !== null) void this.#begin("resume");
		else if (wanted !== null) {
			void sendName(wanted, () => undefined).then(() => this.#scores.refresh());
		}
	}

	/** Another night, from its log. */
	async watch(replayId: string): Promise<void> {
		const { openReplay } = await import("./replay/open-replay.js");
		await openReplay(replayId, {
			watched: this.#watched,
			audio: this.#audio,
			hud: this.#hud,
			story: this.#story,
		});
	}

	/** A new game, or the stored one: waits for engine and server, and says so. */
	async #begin(how: "start" | "resume"): Promise<void> {
		if (this.#waiting !== null) return;
		const waiting = new AbortController();
		this.#waiting = waiting;
		const key = how === "start" ? "startAway" : "resumeAway";
		show("start");
		this.#start.wait();
		try {
			const onAway = (retryInMs: number) => this.#start.away(key, retryInMs);
			const { openArena } = await engineInTheEnd(onAway);
			waiting.signal.throwIfAborted();
			await this.#tabs.claim();
			await this.#closeGame();
			const client = await this.#openClient(how, waiting.signal, onAway);
			if (client === null) this.#toStart();
			else await this.#enter(client, openArena);
		} catch (error) {
			this.#start.failed(waiting.signal.aborted ? null : reasonOf(error));
		} finally {
			this.#waiting = null;
			this.#start.ready();
		}
	}

	async #openClient(
		how: "start" | "resume",
		signal: AbortSignal,
		onAway: (retryInMs: number) => void,
	): Promise<SavepointClient | null> {
		const options: ClientOptions = {
			baseUrl: location.origin,
			storage: this.#storage,
			signal,
			onAway: ({ retryInMs }) => onAway(retryInMs),
		};
		if (how === "resume") return await SavepointClient.resume(options);
		remember(OPEN_KEY, "yes");
		const durationSeconds = askedSeconds();
		return await SavepointClient.start({
			...options,
			...(durationSeconds === null ? {} : { durationSeconds }),
		});
	}

	async #enter(client: SavepointClient, openArena: Engine): Promise<void> {
		this.#client = client;
		this.#saving.follow(client);
		if (client.session.status === "ended" && remembered(OPEN_KEY) === SEEN) {
			await this.#closeGame();
			this.#toStart();
			return;
		}
		remember(OPEN_KEY, "yes");
		if (client.session.status === "ended") {
			this.#showResult(client, endingOf(client.session));
			this.#result.isStored(client, client.session);
			return;
		}
		this.#story.clear();
		this.#controls.clearAll();
		show("play");
		const night = new Night({
			client,
			openArena,
			memory: worldMemory(localStorage),
			controls: this.#controls,
			audio: this.#audio,
			tune: this.#tune,
			hud: this.#hud,
			story: this.#story,
			onEnd: (ending) => this.#showResult(client, ending),
			onStored: (session) => this.#result.isStored(client, session),
			onTaken: () => void this.#letGo(),
		});
		this.#night = night;
		this.#watched.match = night.match;
		if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
		await night.open();
	}

	#showResult(client: SavepointClient, ending: Parameters<ResultScreen["open"]>[1]): void {
		if (this.#client !== client) return;
		this.#night?.close();
		this.#night = null;
		const { session } = client;
		this.#result.open(client, ending, session.status === "ended" ? session : null);
		// Only what the server has is done with; until then a reload must find it.
		const isSeen = ({ result }: Session) =>
			remember(OPEN_KEY, result === "abandoned" ? SEEN : null);
		if (session.status === "ended") isSeen(session);
		else client.on("ended", (ended) => isSeen(ended.session));
	}

	/** Another tab plays on. null: there is nothing to let go. */
	#letGo(): Promise<void> | null {
		if (this.#client === null) return null;
		show("other-tab");
		return this.#closeGame();
	}

	async #closeGame(): Promise<void> {
		this.#night?.close();
		this.#night = null;
		const client = this.#client;
		this.#client = null;
		this.#saving.forget();
		await client?.close();
	}

	#toStart(): void {
		show("start");
		void this.#scores.refresh();
	}
}

type Engine = Awaited<ReturnType<typeof engineInTheEnd>>["openArena"];

/** A browser that stores nothing still plays; only a reload finds nothing. */
function browserStorage(): ClientStorage {
	try {
		return webStorage(localStorage);
	} catch {
		return memoryStorage();
	}
}

/** `?seconds=20` plays a shorter or longer night, for practice and for tests. */
function askedSeconds(): number | null {
	const seconds = Number(new URLSearchParams(location.search).get("seconds"));
	return seconds >= DURATION_SECONDS_MIN && seconds <= DURATION_SECONDS_MAX ? seconds : null;
}

function reasonOf(error: unknown): string {
	if (error instanceof ClientError) return error.code;
	throw error;
}
