/** A note of our instruments: everything is made of these. */
export interface Note {
	readonly type: OscillatorType;
	readonly hz: number;
	/** Glides there by the end. */
	readonly toHz?: number;
	/** Seconds after `when`. */
	readonly after?: number;
	readonly seconds: number;
	readonly gain: number;
}

/** MIDI number to frequency. */
export const hzOf = (key: number): number => 440 * 2 ** ((key - 69) / 12);

/** Strikes at once and fades away, like a small bell. */
export function strike(
	{ context, out }: { readonly context: AudioContext; readonly out: AudioNode },
	{ type, hz, toHz, after = 0, seconds, gain }: Note,
	when = context.currentTime,
): void {
	const start = when + after;
	const tone = context.createOscillator();
	const loudness = context.createGain();
	tone.type = type;
	tone.frequency.setValueAtTime(hz, start);
	if (toHz !== undefined) tone.frequency.exponentialRampToValueAtTime(toHz, start + seconds);
	loudness.gain.setValueAtTime(0.0001, start);
	loudness.gain.exponentialRampToValueAtTime(gain, start + 0.012);
	loudness.gain.exponentialRampToValueAtTime(0.0001, start + seconds);
	tone.connect(loudness).connect(out);
	tone.start(start);
	tone.stop(start + seconds + 0.02);
}

/** A short rustle or crunch: noise through a band. */
export function rustle(
	{ context, out }: { readonly context: AudioContext; readonly out: AudioNode },
	{ hz, seconds, gain }: { readonly hz: number; readonly seconds: number; readonly gain: number },
): void {
	const length = Math.ceil(context.sampleRate * seconds);
	const buffer = context.createBuffer(1, length, context.sampleRate);
	const samples = buffer.getChannelData(0);
	for (let at = 0; at < length; at += 1) {
		samples[at] = (Math.random() * 2 - 1) * (1 - at / length) ** 2;
	}
	const source = context.createBufferSource();
	source.buffer = buffer;
	const band = context.createBiquadFilter();
	band.type = "bandpass";
	band.frequency.value = hz;
	const loudness = context.createGain();
	loudness.gain.value = gain;
	source.connect(band).connect(loudness).connect(out);
	source.start();
}
