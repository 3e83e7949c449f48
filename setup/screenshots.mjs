// Pictures of the Temporal UI for the documents: runs the demo, opens what it leaves, saves PNG files in docs/pictures.
// With the path of a file that holds the demo's --json result it takes the pictures of that demo, which must still run.
import { spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PICTURES = join(ROOT, 'docs', 'pictures');
const WIDTH = 1480;
/** The navigation at the left and at the top shows nothing of ours. */
const MARGIN = { x: 255, y: 50 };
const LOADED_WITHIN_MS = 30_000;
const SETTLE_MS = 1_500;
const LOOK_EVERY_MS = 250;
const MOST_BYTES = 300_000;
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-sync',
  '--disable-component-update',
];

/** Each picture: which of the demo's links, the tab to open, what must be on the page before it is taken, and how tall it is. */
const SHOTS = [
  { name: 'delivery', tab: 'Timeline', text: /Note about invoice/, height: 1080 },
  { name: 'batch', tab: 'Timeline', text: /groups of team-threads/, height: 820 },
  { name: 'parked', tab: 'User Metadata', text: /What to do/, height: 1040 },
];

const [resultFile] = process.argv.slice(2);
const demo =
  resultFile === undefined ? await startDemo() : { places: JSON.parse(readFileSync(resultFile, 'utf8')).places, stop: async () => {} };
try {
  await takeAll(demo.places);
} finally {
  await demo.stop();
}

/** @param {Record<string, string | null>} places */
async function takeAll(places) {
  mkdirSync(PICTURES, { recursive: true });
  const browser = await chromium.launch({ executablePath: findChromium(), args: FLAGS });
  try {
    for (const shot of SHOTS) {
      const url = places[shot.name];
      if (!url) throw new Error(`the demo left no link to show as ${shot.name}: run it again`);
      await take(browser, url, shot);
    }
  } finally {
    await browser.close();
  }
}

/** @param {import('playwright-core').Browser} browser @param {string} url @param {(typeof SHOTS)[number]} shot */
async function take(browser, url, { name, tab, text, height }) {
  const page = await browser.newPage({ viewport: { width: WIDTH, height } });
  try {
    await page.goto(url, { waitUntil: 'domcontentloaded' });
    await page.getByText(tab, { exact: true }).first().click({ timeout: LOADED_WITHIN_MS });
    await untilShown(page, text);
    // The UI lays out after the text is there, and has no sign of its own for being done.
    await page.waitForTimeout(SETTLE_MS);
    const path = join(PICTURES, `${name}.png`);
    await page.screenshot({ path, clip: { ...MARGIN, width: WIDTH - MARGIN.x, height: height - MARGIN.y } });
    const { size } = statSync(path);
    console.log(`${name}.png ${Math.round(size / 1000)} kB`);
    if (size > MOST_BYTES)
      throw new Error(`${name}.png has ${size} bytes, expected at most ${MOST_BYTES}: make its part of the page smaller`);
  } finally {
    await page.close();
  }
}

/** Markdown is shown in frames of its own. @param {import('playwright-core').Page} page @param {RegExp} text */
async function untilShown(page, text) {
  const until = Date.now() + LOADED_WITHIN_MS;
  while (Date.now() < until) {
    for (const frame of page.frames()) if ((await frame.getByText(text).count()) > 0) return;
    await page.waitForTimeout(LOOK_EVERY_MS);
  }
  throw new Error(`${page.url()} did not show ${text} within ${LOADED_WITHIN_MS / 1000} s`);
}

/** @returns {Promise<{ places: Record<string, string | null>; stop(): Promise<void> }>} */
async function startDemo() {
  const child = spawn(process.execPath, [join(ROOT, 'dist', 'cli', 'main.js'), 'demo', '--json'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const text = await new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += String(chunk);
      if (said.endsWith('}\n')) resolve(said);
    });
    void ended.then((code) => reject(new Error(`the demo ended with code ${code} before it was done (its complaint is above)`)));
  });
  return {
    places: JSON.parse(text).places,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** @returns {string} */
function findChromium() {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = folders
    .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)))
    .find(isExecutable);
  if (found === undefined)
    throw new Error('the pictures need Chromium: install it (on Debian: apt-get install chromium), so that it is on the PATH');
  return found;
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
