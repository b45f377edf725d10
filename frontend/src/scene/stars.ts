import type { GameObjects } from "phaser";
import { STAR_KINDS } from "../art/things.js";
import type { Picture, StarPicture } from "./picture.js";
import { DEPTH, image, type Stage } from "./stage.js";

/** The middle of a star is this far above its foot. */
const MIDDLE_PX = 17;
const OVER_HEAD_PX = 20;

/** Each star has a look of its own that follows from its name. */
export function kindOf(id: string): number {
	let sum = 0;
	for (const letter of id) sum = (sum * 31 + letter.charCodeAt(0)) % 9973;
	return sum % STAR_KINDS;
}

interface Shown {
	readonly star: GameObjects.Image;
	readonly glow: GameObjects.Image;
	ageMs: number;
}

/** Stars that fall, lie about or are carried. */
export class Stars {
	readonly #stage: Stage;
	readonly #shown = new Map<string, Shown>();

	constructor(stage: Stage) {
		this.#stage = stage;
	}

	show(picture: Picture, deltaMs: number): void {
		const present = new Set<string>();
		for (const star of picture.stars) {
			present.add(star.id);
			const shown = this.#shown.get(star.id) ?? this.#add(star);
			shown.ageMs += deltaMs;
			this.#place(shown, star, { picture, deltaMs });
		}
		for (const [id, { star, glow }] of this.#shown) {
			if (present.has(id)) continue;
			star.destroy();
			glow.destroy();
			this.#shown.delete(id);
		}
	}

	#add({ id, x, y }: StarPicture): Shown {
		const stage = this.#stage;
		const at = [x, y - MIDDLE_PX] as const;
		const glow = image({ ...stage, scale: 1 }, "glow", at, DEPTH.stars).setAlpha(0.6);
		const shown = { star: image(stage, `star-${kindOf(id)}`, at, DEPTH.stars), glow, ageMs: 0 };
		this.#shown.set(id, shown);
		return shown;
	}

	#place(
		{ star, glow, ageMs }: Shown,
		{ x, y, status }: StarPicture,
		{ picture, deltaMs }: { readonly picture: Picture; readonly deltaMs: number },
	): void {
		const { keeper } = picture;
		const carried = status === "carried";
		const wantedX = carried ? keeper.x + 32 : x;
		const bob = Math.sin(ageMs / 260) * (status === "inAir" ? 0 : 2.5);
		const wantedY = carried ? keeper.y - OVER_HEAD_PX + bob : y - MIDDLE_PX + Math.min(0, bob);
		// A star that changes hands glides there; one that falls is where the fall says.
		const ease = status === "inAir" ? 1 : 1 - Math.exp(-deltaMs / (carried ? 45 : 30));
		star.x += (wantedX - star.x) * ease;
		star.y += (wantedY - star.y) * ease;
		star.setDepth(carried ? DEPTH.carried : DEPTH.stars);
		star.setRotation(status === "inAir" ? ageMs / 240 : Math.sin(ageMs / 520) * 0.14);
		glow.setPosition(star.x, star.y).setScale(0.62 + Math.sin(ageMs / 300) * 0.06);
	}
}
