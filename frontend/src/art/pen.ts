/** A few strokes that every painter needs. Angles in turns of 2π are avoided: all is in pixels. */
type Ctx = CanvasRenderingContext2D;

export function ellipse(ctx: Ctx, x: number, y: number, radii: readonly [number, number]): void {
	ctx.beginPath();
	ctx.ellipse(x, y, radii[0], radii[1], 0, 0, Math.PI * 2);
}

export function disc(
	ctx: Ctx,
	...[x, y, radius, fill]: readonly [x: number, y: number, radius: number, fill: string]
): void {
	ellipse(ctx, x, y, [radius, radius]);
	ctx.fillStyle = fill;
	ctx.fill();
}

export function blob(
	ctx: Ctx,
	at: readonly [number, number],
	radii: readonly [number, number],
	fill: string | CanvasGradient,
): void {
	ellipse(ctx, at[0], at[1], radii);
	ctx.fillStyle = fill;
	ctx.fill();
}

/** Paints a thing somewhere else, larger or smaller. */
export function put(
	ctx: Ctx,
	[x, y, size]: readonly [x: number, y: number, size: number],
	paint: (ctx: Ctx) => void,
): void {
	ctx.save();
	ctx.translate(x, y);
	ctx.scale(size, size);
	paint(ctx);
	ctx.restore();
}

/** A closed shape through SVG path commands. */
export function shape(ctx: Ctx, path: string, fill: string | CanvasGradient): void {
	ctx.fillStyle = fill;
	ctx.fill(new Path2D(path));
}

export function line(ctx: Ctx, path: string, color: string, width: number): void {
	ctx.strokeStyle = color;
	ctx.lineWidth = width;
	ctx.lineCap = "round";
	ctx.lineJoin = "round";
	ctx.stroke(new Path2D(path));
}

/** From top to bottom. */
export function fade(
	ctx: Ctx,
	from: number,
	to: number,
	colors: readonly string[],
): CanvasGradient {
	const gradient = ctx.createLinearGradient(0, from, 0, to);
	for (const [index, color] of colors.entries()) {
		gradient.addColorStop(colors.length === 1 ? 0 : index / (colors.length - 1), color);
	}
	return gradient;
}

/** A soft light: full in the middle, gone at the rim. */
export function glow(ctx: Ctx, at: readonly [number, number], radius: number, rgb: string): void {
	const gradient = ctx.createRadialGradient(at[0], at[1], 0, at[0], at[1], radius);
	gradient.addColorStop(0, `rgb(${rgb} / 0.9)`);
	gradient.addColorStop(0.35, `rgb(${rgb} / 0.35)`);
	gradient.addColorStop(1, `rgb(${rgb} / 0)`);
	ctx.fillStyle = gradient;
	ctx.fillRect(at[0] - radius, at[1] - radius, radius * 2, radius * 2);
}

/** Pleasantly irregular numbers of 0 to 1, the same ones on every visit. */
export function irregular(nth: number): number {
	const value = Math.sin(nth * 127.1 + 11.7) * 43758.5453;
	return value - Math.floor(value);
}
