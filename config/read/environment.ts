/** This process's variables: where programs lie, for finding the Temporal CLI. What a configuration refers to is read by `readConfigFile`. */
export function readEnvironment(): NodeJS.ProcessEnv {
  return process.env;
}
