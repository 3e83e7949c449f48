// Which folder may import which: the table in CONTRIBUTING, "Arrows". `types: true` lets `import type` through.
const OURS = '^(activities|bench|cli|config|connectors|flows|inbox|sandbox|server|setup|store|temporal|test|worker|workflows)/';
const TYPE_ONLY = { dependencyTypesNot: ['type-only'] };

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
    { name: 'no-cycles', severity: 'error', comment: 'Cycles at run time.', from: {}, to: { circular: true, viaOnly: TYPE_ONLY } },
    { name: 'resolvable', severity: 'error', comment: 'An import that resolves to nothing.', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependencies',
      severity: 'error',
      comment: 'The product runs without its development dependencies.',
      from: { path: OURS, pathNot: '^(test|bench|setup)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm'] },
    },
    never('connectors-alone', 'Connectors import only themselves and packages.', '^connectors/', OURS, { except: '^connectors/' }),
    {
      name: 'no-connector-imports-another',
      severity: 'error',
      comment: 'A connector never imports another.',
      from: { path: '^connectors/([^/]+)/' },
      to: { path: '^connectors/[^/]+/', pathNot: '^connectors/$1/' },
    },
    never('shared-connector-files', 'Only the registry knows the systems.', '^connectors/[^/]+\\.ts$', '^connectors/[^/]+/', {
      fromExcept: '^connectors/registry',
    }),
    never('flow-runs-are-pure', 'A run is deterministic: types and its own folder.', '^flows/[^/]+/run\\.ts$', `${OURS}|^node_modules/`, {
      except: '^flows/',
      types: true,
    }),
    { name: 'flow-runs-no-node', severity: 'error', from: { path: '^flows/[^/]+/run\\.ts$' }, to: { dependencyTypes: ['core'] } },
    never('flows-below-activities', 'Flows know neither processes nor the store.', '^flows/', OURS, {
      except: '^(flows|connectors)/|^workflows/contract\\.ts$',
    }),
    never('workflows-sandbox', 'No connectors, activities or I/O in the bundle at run time.', '^workflows/', OURS, {
      except: '^(workflows|flows)/',
      types: true,
    }),
    never('workflows-packages', 'Of packages only the SDK of workflows.', '^workflows/', '^node_modules/', {
      except: '^node_modules/@temporalio/(workflow|common)/',
      types: true,
    }),
    { name: 'workflows-no-node', severity: 'error', from: { path: '^workflows/.*\\.ts$' }, to: { dependencyTypes: ['core'] } },
    never('inbox-knows-no-system', 'The inbox knows no system, no flow, and of workflows the contract.', '^inbox/', OURS, {
      except: '^(inbox/|store/|config/|temporal/|connectors/[^/]+\\.ts|flows/[^/]+\\.ts|workflows/contract\\.ts)',
    }),
    never('contract-only', 'Of workflows/ only the contract.', '^(server|cli)/', '^workflows/', { except: '^workflows/contract\\.ts$' }),
    never('store-is-below', 'The store imports no folder above it.', '^store/', OURS, { except: '^store/', types: true }),
    never('config-does-no-io', 'The configuration is schemas and one reader.', '^config/', OURS, {
      except: '^(config/|connectors/[^/]+\\.ts|connectors/[^/]+/(config|index)\\.ts|flows/[^/]+\\.ts|flows/[^/]+/(options|index)\\.ts)',
      types: true,
    }),
    never(
      'config-no-clients',
      'The configuration talks to nobody.',
      '^config/',
      '^node_modules/(pg|undici|express|@temporalio|@electric-sql)/',
      { types: true },
    ),
    never('sandbox-second-witness', 'The sandbox imports none of ours: it signs and answers by the documents.', '^sandbox/', OURS, {
      except: '^sandbox/',
    }),
    never('processes-are-roots', 'Only cli, bench and test import server, worker and sandbox.', OURS, '^(server|worker|sandbox)/', {
      fromExcept: '^(cli|bench|test|server|worker|sandbox)/',
    }),
    never('server-not-worker', 'Processes do not import each other.', '^server/', '^(worker|sandbox|cli)/'),
    never('worker-not-server', 'Processes do not import each other.', '^worker/', '^(server|sandbox|cli)/'),
    never('nobody-imports-tests', 'Tests are imported by tests.', OURS, '^test/', { fromExcept: '^test/' }),
    never(
      'second-witness-in-tests',
      'Tests sign by the documents, not with our signer.',
      '^test/(e2e|chaos|helpers|fixtures)/',
      '^connectors/signature\\.ts$',
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
