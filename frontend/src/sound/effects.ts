import type { PlayEvent } from "@savepoint/core";
import type { Audio } from "./audio.js";
import { hzOf, type Note, rustle, strike } from "./notes.js";

type Sound = readonly Note[];

const bell = (key: number, after: number, gain = 0.16): Note => ({
	type: "sine",
	hz: hzOf(key),
	after,
	seconds: 0.55,
	gain,
});
const pluck = (key: number, after: number, gain = 0.12): Note => ({
	type: "triangle",
	hz: hzOf(key),
	after,
	seconds: 0.22,
	gain,
});

const SOUNDS: Readonly<Partial<Record<PlayEvent["type"], Sound>>> = {
	jumped: [{ type: "triangle", hz: 260, toHz: 560, seconds: 0.16, gain: 0.11 }],
	"touched-down": [{ type: "sine", hz: 130, toHz: 60, seconds: 0.12, gain: 0.2 }],
	dropped: [{ type: "sine", hz: 1250, toHz: 420, seconds: 0.75, gain: 0.05 }],
	landed: [bell(88, 0, 0.07), bell(95, 0.04, 0.04)],
	"picked-up": [pluck(76, 0), pluck(83, 0.07)],
	"put-down": [pluck(76, 0), pluck(69, 0.07)],
	deposited: [bell(76, 0), bell(79, 0.07), bell(83, 0.14), bell(88, 0.21, 0.2)],
	stunned: [
		{ type: "sawtooth", hz: 620, toHz: 160, seconds: 0.4, gain: 0.06 },
		{ type: "sine", hz: 300, toHz: 900, after: 0.1, seconds: 0.35, gain: 0.1 },
	],
	recovered: [pluck(64, 0, 0.07)],
	"dropper-soon": [bell(67, 0, 0.1), bell(64, 0.16, 0.1)],
	"trouble-soon": [0, 0.11, 0.22, 0.4].map((after) => ({
		type: "square" as const,
		hz: 900,
		toHz: 640,
		after,
		seconds: 0.08,
		gain: 0.035,
	})),
	"stones-placed": [{ type: "sine", hz: 90, toHz: 190, seconds: 0.25, gain: 0.22 }],
	"last-tick": [{ type: "square", hz: 1050, seconds: 0.05, gain: 0.05 }],
};
const WON: Sound = [72, 76, 79, 84, 83, 84].map((key, nth) => bell(key, nth * 0.13, 0.2));
const LOST: Sound = [67, 65, 63, 60].map((key, nth) => bell(key, nth * 0.22, 0.15));

/** Answers an event with its sound, when it has one. */
export function sound(audio: Audio, event: PlayEvent): void {
	const { speaker } = audio;
	if (speaker === null || audio.isMuted) return;
	const ending = event.type === "finished" ? (event.result === "won" ? WON : LOST) : null;
	for (const note of ending ?? SOUNDS[event.type] ?? []) strike(speaker, note);
	if (event.type === "stone-broken") rustle(speaker, { hz: 700, seconds: 0.35, gain: 0.5 });
	if (event.type === "touched-down") rustle(speaker, { hz: 300, seconds: 0.08, gain: 0.12 });
}
