/** The value at `share` (0..1) of the sorted values; of none, NaN. */
export const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
};

/** Of an even number of values the mean of the two in the middle. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return (lower + upper) / 2;
};

/** A figure beside its floor. */
export type Comparison = {
  readonly what: string;
  readonly unit: string;
  readonly ours: readonly number[];
  readonly floor: readonly number[];
  /** CPU time of the measured process for one of them, in µs. */
  readonly cpu?: { readonly ours: readonly number[]; readonly floor: readonly number[] };
  /** The ratio of the medians that is aimed at: at least this for rates, at most this for times. */
  readonly reach: { readonly atLeast: number } | { readonly atMost: number };
};

const number = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

/** One line: medians, their ratio, whether the reach is met, and all rounds, so that noise can be seen. */
export const printComparison = (comparison: Comparison): void => {
  const { what, unit, ours, floor, cpu, reach } = comparison;
  const ratio = median(ours) / median(floor);
  const met = 'atLeast' in reach ? ratio >= reach.atLeast : ratio <= reach.atMost;
  const aim = 'atLeast' in reach ? `≥ ${reach.atLeast}` : `≤ ${reach.atMost}`;
  const rounds = (values: readonly number[]): string => values.map(number).join(' ');
  console.log(
    `  ${what.padEnd(42)} ${number(median(ours)).padStart(7)} ${unit}, floor ${number(median(floor)).padStart(7)}, ` +
      `ratio ${ratio.toFixed(2)} (${aim}: ${met ? 'met' : 'MISSED'})  [${rounds(ours)} | ${rounds(floor)}]`,
  );
  if (cpu)
    console.log(
      `    CPU of the process, each: ${number(median(cpu.ours))} µs, floor ${number(median(cpu.floor))} µs  ` +
        `[${rounds(cpu.ours)} | ${rounds(cpu.floor)}]`,
    );
};

/** What one round came to. */
export type Measured = { readonly value: number; readonly cpuMicroseconds: number };

/** Runs service and floor by turns, so that a change of the machine's mood meets both. */
export const alternate = async (
  rounds: number,
  ours: () => Promise<Measured>,
  floor: () => Promise<Measured>,
): Promise<Required<Pick<Comparison, 'ours' | 'floor' | 'cpu'>>> => {
  const measured = { ours: [] as Measured[], floor: [] as Measured[] };
  for (let round = 0; round < rounds; round += 1) {
    measured.ours.push(await ours());
    measured.floor.push(await floor());
  }
  const values = (all: readonly Measured[]) => all.map(({ value }) => value);
  const cpu = (all: readonly Measured[]) => all.map(({ cpuMicroseconds }) => cpuMicroseconds);
  return {
    ours: values(measured.ours),
    floor: values(measured.floor),
    cpu: { ours: cpu(measured.ours), floor: cpu(measured.floor) },
  };
};
