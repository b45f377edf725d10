import { LEVEL_HEIGHT, LEVEL_WIDTH, type Session } from "@savepoint/core";

const COLOURS: Readonly<Record<string, string>> = {
	ground: "#ffd76a",
	inAir: "#8fe3c8",
	flying: "#8fe3c8",
	carried: "#ff8566",
	deposited: "#8a82b8",
};

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
					fill={COLOURS[status] ?? "#ffffff"}
					opacity={status === "deposited" ? 0.4 : 1}
				>
					<title>{status}</title>
				</circle>
			))}
		</svg>
	);
}
