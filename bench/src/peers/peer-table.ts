import { formatNumber } from "../report/figure.js";
import { formatRows } from "../report/table.js";
import type { MeasuredPeer, PeerResult } from "./peer-result.js";

const HEAD = [
	"server",
	"moves/s",
	"p99",
	"missing after kill -9",
	"an answer waits for the disk's sync",
	"a move is",
];

const count = (value: number): string => value.toLocaleString("en-US");

function missingText({ survival }: MeasuredPeer): string {
	const { acknowledged, missing, sessionsLost, startFailed } = survival;
	const all = `${count(missing)} of ${count(acknowledged)}`;
	if (startFailed !== null) return `${all}; it did not start again`;
	return sessionsLost === 0 ? all : `${all}; ${sessionsLost} sessions unreadable`;
}

function syncText({ waitsForSync }: MeasuredPeer): string {
	if (waitsForSync === null) return "not found out (no strace)";
	return waitsForSync ? "yes" : "no: lost with the power";
}

function row(peer: PeerResult): string[] {
	if (peer.failed !== null) return [peer.name, "–", "–", "–", "–", `skipped: ${peer.failed}`];
	const name = peer.isOurs ? `**${peer.name}**` : peer.name;
	return [
		name,
		formatNumber(peer.movesPerSecond),
		`${formatNumber(peer.p99Ms)} ms`,
		missingText(peer),
		syncText(peer),
		peer.asked,
	];
}

/** 64 connections, one move in flight on each. */
export const formatPeers = (peers: readonly PeerResult[]): string =>
	formatRows(HEAD, peers.map(row));
