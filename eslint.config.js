import js from '@eslint/js';
import globals from 'globals';

/** Only `browserApi.js` may know the browser's extension API; the rest of `src/` must run anywhere. */
const noBrowserApi = {
  'no-restricted-globals': ['error', 'chrome', 'browser', 'localStorage', 'sessionStorage'],
};

export default [
  { ignores: ['node_modules/', 'build/'] },
  js.configs.recommended,
  {
    files: ['**/*.js'],
    languageOptions: { globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      ...noBrowserApi,
      curly: ['error', 'multi-line'],
      eqeqeq: 'error',
      'max-lines': ['error', 250],
      'max-lines-per-function': ['error', { max: 200, skipComments: true }],
      'no-console': 'error',
      'no-eval': 'error',
      'no-implicit-coercion': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'prefer-template': 'error',
    },
  },
  {
    files: ['extension/src/browserApi.js', 'tests/extension/older/*.js'],
    languageOptions: { globals: { chrome: 'readonly' } },
    rules: { 'no-restricted-globals': 'off' },
  },
  {
    files: ['**/tabStorage.js'],
    rules: { 'no-restricted-globals': ['error', 'chrome', 'browser'] },
  },
  {
    files: ['tests/extension/looking.js'],
    languageOptions: { sourceType: 'script' },
    rules: { 'no-unused-vars': ['error', { varsIgnorePattern: '^(flaws|clipped)$' }] },
  },
  {
    files: ['deploy/mongo/*.js'],
    languageOptions: { globals: { db: 'readonly', process: 'readonly' } },
  },
  {
    files: ['tests/extension/unit/**/*.js', 'clients/js/{test,scripts}/**/*.js'],
    languageOptions: { globals: globals.node },
  },
];
