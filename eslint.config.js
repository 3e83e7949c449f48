import tseslint from 'typescript-eslint';

const ENVIRONMENT_READERS = ['config/**', 'setup/**', 'test/**', 'sandbox/**', 'bench/**', '*.config.*'];

const isGuard = (kind) => `${kind}[returnType.typeAnnotation.type='TSTypePredicate'] TSAsExpression`;
const GUARDS = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'].map(isGuard).join(', ');

const SYNTAX = [
  { selector: 'ExportDefaultDeclaration', message: 'Named exports only (CONTRIBUTING, Conventions).' },
  { selector: 'ExportAllDeclaration', message: 'Name what you export: no `export *`.' },
  {
    selector: `TSAsExpression:not([typeAnnotation.typeName.name='const']):not(${GUARDS})`,
    message: 'No `as` except `as const` and inside a type guard: parse or narrow.',
  },
];
const ENVIRONMENT = [
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: 'Only config/ reads the environment: take a setting as an argument.',
  },
  {
    selector: "ImportDeclaration[source.value='node:process']",
    message: 'Only config/ reads the environment: take a setting as an argument.',
  },
];

/** What must not reach a workflow's bundle at run time; types may. */
const outsideWorkflows = (extraGroups) => ({
  '@typescript-eslint/no-restricted-imports': [
    'error',
    {
      patterns: [
        {
          group: [
            'node:*',
            'zod',
            'pg',
            'undici',
            'express',
            'pino',
            '**/connectors/**',
            '**/activities/**',
            '**/store/**',
            '**/config/**',
            '**/inbox/**',
            ...extraGroups,
          ],
          allowTypeImports: true,
          message: 'Runs in the workflow sandbox: deterministic code only, types may be imported with `import type`.',
        },
      ],
    },
  ],
});

export default tseslint.config(
  { ignores: ['node_modules/**', 'dist/**', '.cache/**', '.deskbridge/**', 'coverage/**', '**/*.d.mts', '**/*.cjs'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,js,mjs}'],
    languageOptions: { parser: tseslint.parser },
    rules: {
      'no-else-return': ['error', { allowElseIf: false }],
      'max-depth': ['error', 3],
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      'no-restricted-syntax': ['error', ...SYNTAX, ...ENVIRONMENT],
    },
  },
  { files: ENVIRONMENT_READERS, rules: { 'no-restricted-syntax': ['error', ...SYNTAX] } },
  { files: ['*.config.*'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['setup/**/*.mjs'], rules: { 'no-restricted-syntax': ['error', SYNTAX[0], SYNTAX[1]] } },
  { files: ['workflows/**/*.ts'], rules: outsideWorkflows([]) },
  { files: ['flows/*/run.ts'], rules: outsideWorkflows(['@temporalio/*', '**/workflows/**']) },
);
