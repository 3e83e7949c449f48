// Which room may import which: the table in CONTRIBUTING, "Arrows". `types: true` lets `import type` through.
const { readdirSync } = require('node:fs');

/** Every folder at the top that holds code; a new room needs no line here. */
const NO_ROOMS = ['node_modules', 'dist', 'coverage', 'docs', 'deploy'];
const rooms = readdirSync(__dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !NO_ROOMS.includes(entry.name))
  .map((entry) => entry.name);
const OURS = `^(${rooms.join('|')})/`;
const TYPE_ONLY = { dependencyTypesNot: ['type-only'] };
/** Parts of `connectors/` that all systems share. */
const SHARED = 'receive|call|ports';
const SYSTEM = `^connectors/(?!(?:${SHARED})/)([^/]+)/`;

/** A rule: files below `from` never import `to`, exceptions apart. */
const never = (name, comment, from, to, { except, fromExcept, types = false } = {}) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, ...(fromExcept ? { pathNot: fromExcept } : {}) },
  to: { path: to, ...(except ? { pathNot: except } : {}), ...(types ? TYPE_ONLY : {}) },
});

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', comment: 'Circles of imports, types included.', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', comment: 'An import that resolves to nothing.', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependencies',
      severity: 'error',
      comment: 'The product runs without its development dependencies.',
      from: { path: OURS, pathNot: '^(test|bench|setup)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm'] },
    },
    never('model-is-the-ground', 'The ground floor imports itself alone.', '^model/', OURS, { except: '^model/' }),
    never('connectors-alone', 'Connectors import themselves, the model and packages.', '^connectors/', OURS, {
      except: '^(connectors|model)/',
    }),
    {
      name: 'no-connector-imports-another',
      severity: 'error',
      comment: 'A connector never imports another.',
      from: { path: SYSTEM },
      to: { path: SYSTEM, pathNot: '^connectors/$1/' },
    },
    never(
      'shared-connector-files',
      'Only the registry and the binding know the systems.',
      `^connectors/([^/]+\\.ts$|(?:${SHARED})/)`,
      SYSTEM,
      {
        fromExcept: '^connectors/(registry|systems|connections)\\.ts$',
      },
    ),
    never(
      'receiving-calls-nobody',
      'What reads requests never loads what sends them.',
      '^connectors/(receive|[^/]+/receive)/',
      '^connectors/call/',
      {
        types: true,
      },
    ),
    never(
      'flow-runs-are-pure',
      'A run is deterministic: types, its own folder and the model.',
      '^flows/[^/]+/run\\.ts$',
      `${OURS}|^node_modules/`,
      {
        except: '^(flows|model)/',
        types: true,
      },
    ),
    { name: 'flow-runs-no-node', severity: 'error', from: { path: '^flows/[^/]+/run\\.ts$' }, to: { dependencyTypes: ['core'] } },
    never('flows-below-activities', 'Flows know neither processes nor the store.', '^flows/', OURS, {
      except: '^(flows|connectors|model)/',
    }),
    never('workflows-sandbox', 'No connectors, activities or I/O in the bundle at run time.', '^workflows/', OURS, {
      except: '^(workflows|flows|model)/',
      types: true,
    }),
    never('workflows-packages', 'Of packages only the SDK of workflows.', '^workflows/', '^node_modules/', {
      except: '^node_modules/@temporalio/(workflow|common)/',
      types: true,
    }),
    { name: 'workflows-no-node', severity: 'error', from: { path: '^workflows/.*\\.ts$' }, to: { dependencyTypes: ['core'] } },
    never('inbox-knows-no-system', 'The inbox knows no system, no flow, and of workflows the contract.', '^inbox/', OURS, {
      except: '^(inbox|store|model)/|^workflows/contract\\.ts$',
    }),
    never('contract-only', 'Of workflows/ only the contract.', '^(server|cli|operator)/', '^workflows/', {
      except: '^workflows/contract\\.ts$',
    }),
    never('store-is-below', 'The store imports itself, the model and packages.', '^store/', OURS, { except: '^(store|model)/' }),
    never('config-does-no-io', 'The configuration is schemas and one reader.', '^config/', OURS, {
      except:
        '^(config|model)/|^connectors/[^/]+\\.ts$|^connectors/[^/]+/(config|index)\\.ts$|^jobs/[^/]+\\.ts$|^flows/[^/]+\\.ts$|^flows/[^/]+/(options|index)\\.ts$',
      types: true,
    }),
    never(
      'config-no-clients',
      'The configuration talks to nobody.',
      '^config/',
      '^node_modules/(pg|undici|express|@temporalio|@electric-sql)/',
      { types: true },
    ),
    {
      name: 'config-reaches-no-clients',
      comment: 'Nor does anything that it imports: what a connector or a job does is handed its clients.',
      severity: 'error',
      from: { path: '^config/' },
      to: { path: '^node_modules/(pg|undici|express|@temporalio|@electric-sql)/', reachable: true },
    },
    never('jobs-are-slices', 'A job knows connectors by their ports, the ledger, the store and the contract.', '^jobs/', OURS, {
      except:
        '^(jobs|model|store)/|^connectors/ports/|^activities/(effects|gates)/|^operator/(tasks/task|fail)\\.ts$|^workflows/contract\\.ts$',
      types: true,
    }),
    never('sandbox-second-witness', 'The sandbox imports none of ours: it signs and answers by the documents.', '^sandbox/', OURS, {
      except: '^sandbox/',
    }),
    never('roots-are-above', 'Only command line, demo, bench and test start processes and sandboxes.', OURS, '^(processes|sandbox|demo)/', {
      fromExcept: '^(cli|demo|bench|test|processes|sandbox)/',
    }),
    never(
      'processes-know-no-face',
      'A process imports neither the command line nor demo and sandbox.',
      '^processes/',
      '^(sandbox|cli|demo)/',
    ),
    never('server-is-put-together', 'Only processes, bench, setup and test put a server together.', OURS, '^server/', {
      fromExcept: '^(server|processes|bench|setup|test)/',
    }),
    never('server-not-above', 'The server knows no process and no door of operators.', '^server/', '^(processes|sandbox|cli|operator)/'),
    never('nobody-imports-tests', 'Tests are imported by tests.', OURS, '^test/', { fromExcept: '^test/' }),
    never(
      'second-witness-in-tests',
      'Tests sign by the documents, not with our signer.',
      '^test/(e2e|chaos|helpers|fixtures)/',
      '^connectors/receive/signature\\.ts$',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.cache|\\.deskbridge|coverage)/|\\.d\\.mts$' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
