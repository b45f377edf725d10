/** The storage of a fixture: a database server's address, or the path of a file. */
export const configOf = (place) =>
	place.startsWith("postgres:")
		? { engine: "postgres", url: place, testFault: null }
		: {
				engine: "sqlite",
				path: place,
				requireVolume: false,
				allowNetworkFileSystem: false,
				testFault: null,
			};
