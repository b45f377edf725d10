import { formatNumber } from "../report/figure.js";
import type { Machine } from "../report/machine.js";
import { element, label, svgDocument } from "../report/svg.js";
import { isDurable, type MeasuredPeer, type PeerResult } from "./peer-result.js";

const WIDTH = 860;
const MARGIN = 24;
const BAR_X = 390;
const BAR_WIDTH_MAX = 330;
const BAR_HEIGHT = 20;
const ROW_HEIGHT = 36;
const HEAD_HEIGHT = 84;
const FOOT_HEIGHT = 44;
const TITLE = "Moves per second, one move a call, 64 connections";

const state = (peer: MeasuredPeer): string =>
	isDurable(peer) ? "on disk before the answer" : "answered before it is on disk";

function drawRow(peer: MeasuredPeer, at: number, most: number): string[] {
	const y = HEAD_HEIGHT + at * ROW_HEIGHT;
	const width = Math.max(2, (peer.movesPerSecond / most) * BAR_WIDTH_MAX);
	const middle = y + BAR_HEIGHT / 2 + 4.5;
	return [
		label({ x: BAR_X - 12, y: middle }, peer.name, peer.isOurs ? "end title" : "end"),
		element("rect", {
			x: BAR_X,
			y,
			width,
			height: BAR_HEIGHT,
			rx: 3,
			class: isDurable(peer) ? "durable" : "lossy",
		}),
		label({ x: BAR_X + width + 8, y: middle }, `${formatNumber(peer.movesPerSecond)}/s`),
	];
}

const key = (x: number, kind: string, text: string): string[] => [
	element("rect", { x, y: 48, width: 22, height: 12, rx: 3, class: kind }),
	label({ x: x + 30, y: 58.5 }, text),
];

/** Bars of one scale from zero; filled ones are durable, dashed ones can lose what they answered. */
export function drawPeers(machine: Machine, peers: readonly PeerResult[]): string {
	const measured = peers.filter((peer): peer is MeasuredPeer => peer.failed === null);
	const most = Math.max(1, ...measured.map((peer) => peer.movesPerSecond));
	const height = HEAD_HEIGHT + measured.length * ROW_HEIGHT + FOOT_HEIGHT;
	const { cpu, cores, node, fsyncP50Ms } = machine;
	const sync = `a sync of one page takes ${fsyncP50Ms.toFixed(2)} ms`;
	const where = `${cpu}, ${cores} cores, Node ${node}; ${sync}`;
	return svgDocument({
		width: WIDTH,
		height,
		title: TITLE,
		description: measured
			.map((peer) => `${peer.name}: ${formatNumber(peer.movesPerSecond)} a second, ${state(peer)}.`)
			.join(" "),
		shapes: [
			label({ x: MARGIN, y: 30 }, TITLE, "title"),
			...key(MARGIN, "durable", "on disk before the answer"),
			...key(MARGIN + 220, "lossy", "answered before it is on disk"),
			...measured.flatMap((peer, at) => drawRow(peer, at, most)),
			label({ x: MARGIN, y: height - 18 }, where, "small"),
		],
	});
}
