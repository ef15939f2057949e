import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { bundleHandler, projectFolder } from '#infra/bundle.ts';

/** The bundle of one handler, made while the app is synthesised. Its hash is that of what is in it: no change, no deployment. */
export const handlerCode = (handler: string, settingsFile: string): Code =>
  // The CDK takes two bundles of one folder for the same.
  Code.fromAsset(join(projectFolder, 'functions/handlers', handler), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Bundling never falls back to a container: what fails, fails here.
      image: DockerImage.fromRegistry('none'),
      local: {
        tryBundle: (outputFolder) => {
          bundleHandler(handler, settingsFile, outputFolder);
          return true;
        },
      },
    },
  });
