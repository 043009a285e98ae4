import tseslint from 'typescript-eslint';

export default tseslint.config({ ignores: ['build/', 'src/openapi.ts'] }, tseslint.configs.strict, {
  // A promise without await hides its failure from the agent.
  files: ['src/**/*.ts', 'src/**/*.tsx'],
  languageOptions: { parserOptions: { projectService: true } },
  rules: { '@typescript-eslint/no-floating-promises': 'error', '@typescript-eslint/no-misused-promises': 'error' },
});
