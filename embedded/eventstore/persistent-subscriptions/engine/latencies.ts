/** How many of the newest samples the figures are made of. */
const WINDOW = 1000;

/** A figure of `observed_measurements`: milliseconds from delivery to acknowledgement. */
export interface Measurement {
  readonly key: string;
  readonly value: number;
}

const PERCENTILES: readonly (readonly [key: string, percent: number])[] = [
  ['Quintile 1', 0],
  ['Quintile 2', 20],
  ['Quintile 3', 40],
  ['Quintile 4', 60],
  ['Quintile 5', 80],
  ['90%', 90],
  ['95%', 95],
  ['99%', 99],
  ['99.5%', 99.5],
  ['99.9%', 99.9],
];

/** The extra statistics of one consumer. */
export class Latencies {
  private readonly samples: number[] = [];
  private oldest = 0;

  /** Takes the time of one processed message, in milliseconds. */
  add(milliseconds: number): void {
    if (this.samples.length < WINDOW) {
      this.samples.push(milliseconds);
      return;
    }
    this.samples[this.oldest] = milliseconds;
    this.oldest = (this.oldest + 1) % WINDOW;
  }

  /** The fourteen figures, or none before the first sample. */
  measurements(): readonly Measurement[] {
    const count = this.samples.length;
    if (count === 0) return [];
    const sorted = Float64Array.from(this.samples).sort();
    const at = (index: number): number => Math.round(sorted[Math.min(index, count - 1)] ?? 0);
    const sum = sorted.reduce((total, sample) => total + sample, 0);
    return [
      { key: 'Mean', value: Math.round(sum / count) },
      { key: 'Median', value: at(Math.floor(count / 2)) },
      { key: 'Fastest', value: at(0) },
      ...PERCENTILES.map(([key, percent]) => ({
        key,
        value: at(Math.floor((percent / 100) * count)),
      })),
      { key: 'Highest', value: at(count - 1) },
    ];
  }
}
