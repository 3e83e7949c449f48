import { runIngest } from './ingest.ts';

const HELP = `npm run bench -- ingest   receiving and delivering, against the floor and against bare workflow starts (--help)\n`;

const [name, ...args] = process.argv.slice(2);
if (name === 'ingest') {
  process.exitCode = await runIngest(args, {
    temporalCliPath: process.env['TEMPORAL_CLI_PATH'],
    postgresUrl: process.env['TEST_POSTGRES_URL'],
    write: (text) => void process.stdout.write(text),
    progress: (text) => void process.stderr.write(`${text}\n`),
  });
} else {
  process.stdout.write(HELP);
  process.exitCode = name === undefined || name === '--help' ? 0 : 2;
}
