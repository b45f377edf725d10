/** The one sound device of the page. Browsers let it speak only after the player did something. */
export class Audio {
	#context: AudioContext | null = null;
	#out: GainNode | null = null;
	#muted: boolean;

	constructor(muted: boolean) {
		this.#muted = muted;
	}

	get isMuted(): boolean {
		return this.#muted;
	}

	/** To be called in the handler of a click, a key or a touch. */
	wake(): void {
		if (typeof AudioContext !== "function") return;
		if (this.#context === null) {
			this.#context = new AudioContext();
			const soft = this.#context.createDynamicsCompressor();
			this.#out = this.#context.createGain();
			this.#out.gain.value = this.#muted ? 0 : 1;
			this.#out.connect(soft).connect(this.#context.destination);
		}
		// Refused without a gesture; the next gesture asks again.
		if (this.#context.state === "suspended") this.#context.resume().catch(() => undefined);
	}

	mute(muted: boolean): void {
		this.#muted = muted;
		if (this.#out !== null && this.#context !== null) {
			this.#out.gain.setTargetAtTime(muted ? 0 : 1, this.#context.currentTime, 0.02);
		}
	}

	/** Context and output, or null while nothing can be heard anyway. */
	get speaker(): { readonly context: AudioContext; readonly out: GainNode } | null {
		if (this.#context === null || this.#out === null) return null;
		return this.#context.state === "running" ? { context: this.#context, out: this.#out } : null;
	}
}
