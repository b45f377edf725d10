/** The place of one message's answer in the order of the messages. */
export interface OpenAnswer {
	settle(text: string): void;
}

/**
 * Sends answers in the order of their messages, however they come about: a refused message is
 * known at once, while the one before it still waits for the disk.
 */
export class OrderedAnswers {
	private readonly send: (text: string) => void;
	private readonly places: { text: string | null }[] = [];
	private onEmpty: (() => void) | null = null;

	constructor(send: (text: string) => void) {
		this.send = send;
	}

	/** Messages that have no answer yet. */
	get waiting(): number {
		return this.places.length;
	}

	open(): OpenAnswer {
		const place: { text: string | null } = { text: null };
		this.places.push(place);
		return {
			settle: (text) => {
				place.text = text;
				this.flush();
			},
		};
	}

	/** Calls back once when nothing waits; the last caller is the one that is called. */
	whenEmpty(callback: () => void): void {
		this.onEmpty = callback;
		this.flush();
	}

	private flush(): void {
		for (let first = this.places[0]; first?.text != null; first = this.places[0]) {
			this.places.shift();
			this.send(first.text);
		}
		if (this.places.length > 0) return;
		const callback = this.onEmpty;
		this.onEmpty = null;
		callback?.();
	}
}
