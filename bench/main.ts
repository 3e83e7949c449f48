import { runIngest } from './ingest/ingest.ts';
import { runOrder } from './order/order.ts';
import { runOutages } from './outages/outages.ts';
import { runOverload } from './overload/overload.ts';
import { runPeers } from './peers/command.ts';
import { runProfile } from './profile/profile.ts';

const HELP = `npm run bench -- ingest     receiving and delivering, against the floor and against bare workflow starts (--help)
npm run bench -- outages    Temporal, the store, both, or a remote system away for a minute (--help)
npm run bench -- order      conversations in order, with servers and workers killed in the middle (--help)
npm run bench -- overload   ten times what is delivered, and many deliveries in a row (--help)
npm run bench -- peers      the same work done by other libraries: BullMQ, pg-boss, Graphile Worker, DBOS, Restate, Temporal (--help)
npm run bench -- profile    where the time of receiving and delivering goes (--help)
`;

const COMMANDS = {
  ingest: runIngest,
  outages: runOutages,
  order: runOrder,
  overload: runOverload,
  peers: runPeers,
  profile: runProfile,
};

const [name = '', ...args] = process.argv.slice(2);
const command = Object.entries(COMMANDS).find(([own]) => own === name)?.[1];
if (command !== undefined) {
  process.exitCode = await command(args, {
    temporalCliPath: process.env['TEMPORAL_CLI_PATH'],
    postgresUrl: process.env['TEST_POSTGRES_URL'],
    path: process.env['PATH'] ?? '',
    write: (text) => void process.stdout.write(text),
    progress: (text) => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`),
  });
} else {
  process.stdout.write(HELP);
  process.exitCode = name === '' || name === '--help' ? 0 : 2;
}
