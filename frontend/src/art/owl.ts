import { COLORS } from "./palette.js";
import { blob, disc, fade, line, shape } from "./pen.js";

type Ctx = CanvasRenderingContext2D;

export type OwlFace = "sleepy" | "awake" | "dizzy";
export const OWL_FACES: readonly OwlFace[] = ["sleepy", "awake", "dizzy"];

interface Feathers {
	readonly main: string;
	readonly light: string;
	readonly dark: string;
}
const FEATHERS: readonly [Feathers, Feathers] = [
	{ main: COLORS.owl, light: COLORS.owlLight, dark: COLORS.owlDark },
	{ main: COLORS.owlWarm, light: COLORS.owlWarmLight, dark: COLORS.owlWarmDark },
];

/** A drowsy owl in a box of 64 × 64, feet at the bottom. */
export function paintOwl(ctx: Ctx, which: 0 | 1, face: OwlFace): void {
	const { main, light, dark } = FEATHERS[which];
	line(ctx, "M25 60 L25 63 M39 60 L39 63", COLORS.goldDark, 4);
	// Ears and body.
	shape(ctx, "M12 26 C8 16 8 8 11 4 C18 8 22 11 25 12 Z", dark);
	shape(ctx, "M52 26 C56 16 56 8 53 4 C46 8 42 11 39 12 Z", dark);
	shape(
		ctx,
		"M32 8 C50 8 57 24 57 40 C57 55 46 62 32 62 C18 62 7 55 7 40 C7 24 14 8 32 8 Z",
		fade(ctx, 8, 62, [light, main, dark]),
	);
	// Belly with soft scales.
	blob(ctx, [32, 48], [16, 13], light);
	for (const [x, y] of [
		[24, 44],
		[32, 44],
		[40, 44],
		[28, 50],
		[36, 50],
		[32, 56],
	] as const) {
		line(ctx, `M${x - 3} ${y} q3 4 6 0`, main, 1.8);
	}
	// Wings.
	shape(ctx, "M8 34 C3 42 5 54 12 57 C16 50 15 40 8 34 Z", dark);
	shape(ctx, "M56 34 C61 42 59 54 52 57 C48 50 49 40 56 34 Z", dark);
	paintFace(ctx, face, main);
}

function paintFace(ctx: Ctx, face: OwlFace, lid: string): void {
	for (const x of [22, 42]) {
		disc(ctx, x, 26, 10.5, COLORS.cream);
		if (face === "dizzy") {
			line(ctx, `M${x - 4} 22 l8 8 m0 -8 l-8 8`, COLORS.ink, 2.6);
			continue;
		}
		disc(ctx, x, 27, 5.4, COLORS.ink);
		disc(ctx, x + 1.8, 25, 1.7, COLORS.white);
		if (face === "sleepy") {
			shape(ctx, `M${x - 11} 26 A11 11 0 0 1 ${x + 11} 26 Q${x} 29 ${x - 11} 26 Z`, lid);
			line(ctx, `M${x - 9.5} 26.4 Q${x} 29 ${x + 9.5} 26.4`, COLORS.ink, 1.8);
		}
	}
	shape(ctx, "M28.5 31 Q32 28.5 35.5 31 Q34 38 32 39 Q30 38 28.5 31 Z", COLORS.gold);
}

/** The troublemaker: a magpie with its wings up (`flap` 0) or down (1). Faces left; 80 × 56. */
export function paintMagpie(ctx: Ctx, flap: 0 | 1): void {
	shape(ctx, "M50 30 L79 22 L76 30 L79 36 L52 38 Z", "#2f5f9e");
	shape(ctx, "M14 26 C18 14 34 16 46 24 C56 30 54 42 40 43 C26 44 12 38 14 26 Z", "#1b1a33");
	shape(ctx, "M22 34 C30 30 42 32 48 37 C42 44 28 43 22 34 Z", COLORS.cream);
	disc(ctx, 17, 23, 9, "#1b1a33");
	shape(ctx, "M9 21 L0 25 L9 27 Z", COLORS.goldDark);
	disc(ctx, 14, 21, 2.4, COLORS.white);
	disc(ctx, 13.4, 21.2, 1.3, COLORS.ink);
	const wing =
		flap === 0
			? "M26 27 C30 8 44 0 56 2 C52 14 48 24 40 30 Z"
			: "M26 29 C32 40 44 54 56 54 C54 42 48 32 40 27 Z";
	shape(ctx, wing, "#2b2a55");
	shape(ctx, wing, "rgb(70 130 200 / 0.35)");
}
