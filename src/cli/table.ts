/** Wide characters (Hangul, Kanji) take two columns of a terminal. */
const widthOf = (text: string): number =>
  [...text].reduce((sum, char) => sum + ((char.codePointAt(0) ?? 0) >= 0x1100 ? 2 : 1), 0);

const padded = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - widthOf(text)));

/**
 * Lays rows out in columns.
 * @param columns headings; the cells of each row in the same order
 * @returns the lines, headings first; one line that says so when there are no rows
 */
export const tableLines = (
  columns: readonly string[],
  rows: readonly (readonly (string | number | bigint | null)[])[],
): readonly string[] => {
  if (rows.length === 0) return ['(none)'];
  const texts = [columns, ...rows.map((row) => row.map((cell) => String(cell ?? '–')))];
  const widths = columns.map((_, index) =>
    Math.max(...texts.map((row) => widthOf(row[index] ?? ''))),
  );
  return texts.map((row) =>
    row
      .map((cell, index) => padded(cell, widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
};

/** JSON for programs: log positions are 64-bit, so they become texts. */
export const jsonText = (value: unknown): string =>
  JSON.stringify(value, (_key, inner) => (typeof inner === 'bigint' ? String(inner) : inner), 2);
