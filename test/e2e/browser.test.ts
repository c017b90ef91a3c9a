import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import { placeOrder } from '../support/buying.ts';
import { type Shop, startShop } from '../support/shop.ts';

let shop: Shop;
let opened: TestBrowser;
let page: Page;

beforeAll(async () => {
  shop = await startShop();
  opened = await openBrowser();
  page = await opened.browser.newPage();
}, 120_000);
afterAll(async () => {
  await opened?.close();
  await shop?.stop();
});

test('the API reference is drawn in a browser, from this server alone', async () => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).origin));
  await page.goto(`${shop.url}/docs`);
  await page.getByText('/orders/confirm').first().waitFor({ timeout: 20_000 });
  expect(await page.title()).toBe('order-service API');
  expect([...new Set(asked)].filter((origin) => origin !== 'null')).toEqual([shop.url]);
});

// Runs in the page, which knows nothing of this file. A browser's EventSource sends no headers: hence the ticket.
const listenInPage = `async (token) => {
  const answer = await fetch('/orders/events/ticket', {
    method: 'POST',
    headers: { authorization: 'Bearer ' + token },
  });
  const { ticket } = await answer.json();
  window.types = [];
  const source = new EventSource('/orders/events?ticket=' + encodeURIComponent(ticket));
  source.addEventListener('order', ({ data }) => window.types.push(JSON.parse(data).type));
  await new Promise((resolve, reject) => {
    source.addEventListener('snapshot', resolve, { once: true });
    source.addEventListener('error', reject, { once: true });
  });
}`;

test('a page follows its orders by EventSource, with a ticket in place of a token', async () => {
  const token = await shop.token(1);
  await page.goto(`${shop.url}/docs`);
  await page.evaluate(`(${listenInPage})(${JSON.stringify(token)})`);
  await placeOrder(shop, token);
  await vi.waitFor(
    async () =>
      expect(await page.evaluate('window.types')).toEqual(['OrderPlaced', 'OrderAwaitingPayment']),
    20_000,
  );
});
