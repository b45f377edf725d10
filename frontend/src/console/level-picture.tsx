import { LEVEL_HEIGHT, LEVEL_WIDTH, type Session } from "@savepoint/core";

const COLOURS = {
	ground: "#ffd76a",
	inAir: "#8fe3c8",
	flying: "#8fe3c8",
	carried: "#ff8566",
	deposited: "#8a82b8",
} as const;
const WORDS: readonly (readonly [keyof typeof COLOURS, string])[] = [
	["ground", "lying about"],
	["inAir", "falling"],
	["carried", "carried"],
	["deposited", "deposited"],
];

/** The session's level with its artifacts where they are: what a support question needs. */
export function LevelPicture({ session }: { session: Session }) {
	const { terrain, trashCan, artifacts } = session;
	const lying = artifacts.filter(({ status }) => status === "ground").length;
	return (
		<svg
			class="level"
			viewBox={`0 0 ${LEVEL_WIDTH} ${LEVEL_HEIGHT}`}
			role="img"
			aria-label={`The level: ${artifacts.length} artifacts, ${lying} on the ground`}
		>
			<rect width={LEVEL_WIDTH} height={LEVEL_HEIGHT} fill="#1c1b45" />
			{terrain.map(({ id, type, bounds }) => (
				<rect key={id} {...bounds} fill={type === "stone" ? "#6b61ad" : "#3a3374"} rx="3" />
			))}
			<rect {...trashCan.bounds} fill="none" stroke="#ffd76a" stroke-width="3" />
			{artifacts.map(({ id, position, status }) => (
				<circle
					key={id}
					cx={position.x}
					cy={position.y}
					r="9"
					fill={COLOURS[status]}
					opacity={status === "deposited" ? 0.4 : 1}
				>
					<title>{status}</title>
				</circle>
			))}
		</svg>
	);
}

/** What the colours of the artifacts mean, and how many there are of each. */
export function LevelLegend({ session: { artifacts } }: { session: Session }) {
	return (
		<ul class="legend">
			{WORDS.map(([status, words]) => (
				<li key={status}>
					<svg viewBox="0 0 10 10" aria-hidden="true">
						<circle cx="5" cy="5" r="5" fill={COLOURS[status]} />
					</svg>
					{artifacts.filter((one) => COLOURS[one.status] === COLOURS[status]).length} {words}
				</li>
			))}
		</ul>
	);
}
