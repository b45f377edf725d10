type TabMessage = { readonly type: "claim" | "released"; readonly from: string };

const CHANNEL = "before-dawn:tabs";
const WAIT_MS = 400;

/**
 * One tab plays at a time: the one that claimed last. Two clients must not share a stored queue, so
 * a claim waits until the other tab has let go, or for a moment where there is none.
 */
export class Tabs {
	readonly #id = crypto.getRandomValues(new Uint32Array(2)).join("-");
	readonly #channel = new BroadcastChannel(CHANNEL);
	readonly #onTaken: () => Promise<void> | null;

	/** `onTaken` lets go of the game; null: this tab has none. */
	constructor(onTaken: () => Promise<void> | null) {
		this.#onTaken = onTaken;
		this.#channel.addEventListener("message", ({ data }: MessageEvent<TabMessage>) => {
			if (data.type === "claim" && data.from !== this.#id) void this.#letGo();
		});
	}

	async claim(): Promise<void> {
		await new Promise<void>((resolve) => {
			const finish = () => {
				clearTimeout(timer);
				this.#channel.removeEventListener("message", hear);
				resolve();
			};
			const hear = ({ data }: MessageEvent<TabMessage>) => {
				if (data.type === "released") finish();
			};
			const timer = setTimeout(finish, WAIT_MS);
			this.#channel.addEventListener("message", hear);
			this.#say("claim");
		});
	}

	async #letGo(): Promise<void> {
		const leaving = this.#onTaken();
		if (leaving === null) return;
		await leaving;
		this.#say("released");
	}

	#say(type: TabMessage["type"]): void {
		const message: TabMessage = { type, from: this.#id };
		this.#channel.postMessage(message);
	}
}
