import type { Endpoint } from '../../http/message.ts';
import type { RegistrationTokenStore } from '../../ports/registration-tokens.ts';
import { onlyOperators } from '../../http/operators.ts';
import { routes } from '../../http/routes.ts';
import { type AdminPorts, collectionRoutes, declaredRoutes } from './collection.ts';
import { certificateRoute, type CertificatePorts } from './certificates.ts';
import { type DiagnosisPorts, diagnosisRoute } from './diagnosis.ts';
import { peopleRoutes, type PeoplePorts } from './people.ts';
import { registrationTokenRoutes } from './registration-tokens.ts';
import { secretRoutes } from './secrets.ts';
import { noTaskRoutes, type TaskPorts, taskRoutes } from './tasks.ts';

/** The registry for operators. */
export function adminEndpoint(
  ports: AdminPorts &
    DiagnosisPorts &
    CertificatePorts & {
      readonly tokens: RegistrationTokenStore;
      readonly people: PeoplePorts;
      /** Absent where no agent of the config opens tasks. */
      readonly tasks?: TaskPorts;
    },
): Endpoint {
  return onlyOperators(
    routes([
      ...collectionRoutes(ports, 'resource'),
      ...collectionRoutes(ports, 'agent'),
      ...collectionRoutes(ports, 'client'),
      ...collectionRoutes(ports, 'api'),
      ...collectionRoutes(ports, 'provider'),
      ...declaredRoutes(ports, 'idp'),
      diagnosisRoute(ports),
      certificateRoute(ports),
      ...secretRoutes(ports),
      ...registrationTokenRoutes(ports),
      ...peopleRoutes(ports.people),
      ...(ports.tasks === undefined ? noTaskRoutes : taskRoutes(ports.tasks)),
    ]),
  );
}
