import { expect, test } from 'vitest';
import { Latencies } from './latencies.ts';

const figures = (latencies: Latencies) =>
  Object.fromEntries(latencies.measurements().map(({ key, value }) => [key, value]));

test('nothing is measured before the first sample', () => {
  expect(new Latencies().measurements()).toEqual([]);
});

test('the figures of the numbers from 1 to 1000, in any order', () => {
  const latencies = new Latencies();
  for (let n = 0; n < 1000; n++) latencies.add(((n * 7) % 1000) + 1);
  expect(figures(latencies)).toEqual({
    Mean: 501,
    Median: 501,
    Fastest: 1,
    'Quintile 1': 1,
    'Quintile 2': 201,
    'Quintile 3': 401,
    'Quintile 4': 601,
    'Quintile 5': 801,
    '90%': 901,
    '95%': 951,
    '99%': 991,
    '99.5%': 996,
    '99.9%': 1000,
    Highest: 1000,
  });
});

test('only the newest thousand count', () => {
  const latencies = new Latencies();
  for (let n = 0; n < 1500; n++) latencies.add(n < 500 ? 9999 : 5);
  expect(figures(latencies)).toMatchObject({ Mean: 5, Highest: 5 });
});
