/** SVG by hand: a few shapes need no library, and the file stays small enough to be read. */

const ENTITIES: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
	"'": "&apos;",
};

/** For text and attributes alike; what XML forbids altogether is left out. */
export const escapeXml = (text: string): string =>
	Array.from(text)
		.filter((letter) => letter >= " " || letter === "\t" || letter === "\n")
		.join("")
		.replaceAll(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter);

/** Two digits are finer than any screen, and keep the file from changing for nothing. */
const attribute = (value: string | number): string =>
	typeof value === "number" ? String(Math.round(value * 100) / 100) : escapeXml(value);

export function element(
	name: string,
	attributes: Readonly<Record<string, string | number>>,
	content = "",
): string {
	const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${attribute(value)}"`);
	const open = `<${name}${written.join("")}`;
	return content === "" ? `${open}/>` : `${open}>${content}</${name}>`;
}

export const label = (
	at: { readonly x: number; readonly y: number },
	text: string,
	kind = "label",
): string => element("text", { ...at, class: kind }, escapeXml(text));

/** Readable on a light page and on a dark one, also where the picture is only linked to. */
const STYLE = `
svg { color-scheme: light dark; background: #ffffff; }
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.title { font-size: 16px; font-weight: 600; }
.small { font-size: 11px; fill: #59636e; }
.end { text-anchor: end; }
.durable { fill: #1a7f5a; }
.lossy { fill: none; stroke: #9a6700; stroke-width: 1.5; stroke-dasharray: 5 3; }
.axis { stroke: #d1d9e0; fill: none; }
.line { stroke: #1a7f5a; stroke-width: 1.5; fill: none; stroke-linejoin: round; }
@media (prefers-color-scheme: dark) {
svg { background: #0d1117; }
text { fill: #e6edf3; }
.small { fill: #9198a1; }
.durable { fill: #3fb88a; }
.lossy { stroke: #d9a441; }
.axis { stroke: #3d444d; }
.line { stroke: #3fb88a; }
}
`;

export interface Picture {
	readonly width: number;
	readonly height: number;
	readonly title: string;
	/** The same in words, for whoever does not see it. */
	readonly description: string;
	readonly shapes: readonly string[];
}

export function svgDocument({ width, height, title, description, shapes }: Picture): string {
	const head = {
		xmlns: "http://www.w3.org/2000/svg",
		viewBox: `0 0 ${width} ${height}`,
		width,
		height,
		role: "img",
		"aria-labelledby": "title description",
	};
	const content = [
		element("title", { id: "title" }, escapeXml(title)),
		element("desc", { id: "description" }, escapeXml(description)),
		element("style", {}, STYLE),
		...shapes,
	];
	return `${element("svg", head, `\n${content.join("\n")}\n`)}\n`;
}
