import type { Audio } from "./audio.js";
import { hzOf, strike } from "./notes.js";

/** A lullaby in three four: eight bars of melody over four chords, 0 is a rest. MIDI numbers. */
const MELODY = [
	76, 0, 79, 81, 0, 79, 76, 0, 74, 72, 0, 0, 74, 0, 76, 79, 0, 76, 74, 0, 72, 69, 0, 0,
] as const;
const CHORDS = [
	[57, 60, 64],
	[53, 57, 60],
	[48, 55, 64],
	[55, 59, 62],
] as const;
const BEAT_S = 0.42;
const HURRY = 0.78;
const AHEAD_S = 0.25;
const LOOK_MS = 80;

/** Plays the tune again and again, softly; faster when dawn is near. */
export class Tune {
	readonly #audio: Audio;
	#timer: ReturnType<typeof setInterval> | null = null;
	#beat = 0;
	#nextAtS = 0;
	#hurried = false;

	constructor(audio: Audio) {
		this.#audio = audio;
	}

	start(): void {
		this.stop();
		this.#beat = 0;
		this.#nextAtS = 0;
		this.#hurried = false;
		this.#timer = setInterval(() => this.#playAhead(), LOOK_MS);
	}

	hurry(): void {
		this.#hurried = true;
	}

	stop(): void {
		if (this.#timer !== null) clearInterval(this.#timer);
		this.#timer = null;
	}

	#playAhead(): void {
		const { speaker } = this.#audio;
		if (speaker === null || document.hidden) return;
		const now = speaker.context.currentTime;
		// After a silence (a hidden page) it goes on from now, not with all that was missed.
		if (this.#nextAtS < now) this.#nextAtS = now + 0.05;
		while (this.#nextAtS < now + AHEAD_S) {
			this.#playBeat(speaker, this.#nextAtS);
			this.#nextAtS += BEAT_S * (this.#hurried ? HURRY : 1);
			this.#beat += 1;
		}
	}

	#playBeat(speaker: NonNullable<Audio["speaker"]>, at: number): void {
		const chord = CHORDS[Math.floor(this.#beat / 6) % CHORDS.length] ?? CHORDS[0];
		const inBar = this.#beat % 3;
		const bass = chord[0] - 12;
		if (inBar === 0) {
			strike(speaker, { type: "triangle", hz: hzOf(bass), seconds: 0.9, gain: 0.07 }, at);
		} else {
			for (const key of chord.slice(1)) {
				strike(speaker, { type: "sine", hz: hzOf(key), seconds: 0.5, gain: 0.022 }, at);
			}
		}
		const key = MELODY[this.#beat % MELODY.length] ?? 0;
		if (key === 0) return;
		strike(speaker, { type: "sine", hz: hzOf(key), seconds: 1.1, gain: 0.055 }, at);
		strike(speaker, { type: "sine", hz: hzOf(key + 12), seconds: 0.4, gain: 0.014 }, at);
	}
}
