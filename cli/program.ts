import { Command } from 'commander';
import { registerCheck } from './system/check.ts';
import { registerConnection } from './connections/connection.ts';
import { registerDeliveries } from './deliveries/deliveries.ts';
import { registerDemo } from './system/demo.ts';
import { registerDocs } from './system/docs.ts';
import { registerEvents } from './events/events.ts';
import { registerFlows } from './flows/flows.ts';
import { registerParked } from './deliveries/parked.ts';
import { registerProcesses } from './system/processes.ts';
import { registerReplay } from './deliveries/replay.ts';
import { registerSandbox } from './system/sandbox.ts';
import { registerVersion } from './system/version.ts';
import type { Io } from './terminal/io.ts';

const FIRST_STEPS = `
First steps:
  1. cp deskbridge.example.yaml deskbridge.yaml   then edit it; secrets go into .env
  2. deskbridge check                             every problem at once, with what to do
  3. deskbridge dev                               runs everything; look at the Temporal UI it names

Exit codes: 0 it worked, 1 it failed, 2 the configuration or the call is wrong.`;

/** The whole command line. Throws CommanderError where it is called wrongly or asked for help. */
export function createProgram(io: Io): Command {
  const program = new Command('deskbridge')
    .description('Connects a helpdesk to the systems a support team lives with, durably.')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) })
    .showHelpAfterError('Add --help to see what there is.')
    .addHelpText('after', FIRST_STEPS);
  program.commandsGroup('Run:');
  registerDemo(program, io);
  registerProcesses(program, io);
  registerSandbox(program, io);
  program.commandsGroup('Look and act:');
  registerFlows(program, io);
  registerDeliveries(program, io);
  registerEvents(program, io);
  registerParked(program, io);
  registerReplay(program, io);
  registerConnection(program, io);
  program.commandsGroup('Set up:');
  registerCheck(program, io);
  registerDocs(program, io);
  registerVersion(program, io);
  return program;
}
