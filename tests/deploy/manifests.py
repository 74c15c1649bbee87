"""What must hold among the manifests of deploy/kubernetes, checked without a cluster: references lead
somewhere, pods keep to the "restricted" profile, and flags are flags that the programs have.

problems(folder) yields a sentence for each fault. Needs python3-yaml. (`./dev test-deploy` decodes the
same files with Kubernetes' own types as well.)
"""

import os
import re

import yaml

import program_help

KINDS = {("v1", "Namespace"), ("v1", "Service"), ("v1", "PersistentVolumeClaim"),
         ("apps/v1", "StatefulSet"), ("apps/v1", "Deployment"), ("batch/v1", "Job"),
         ("policy/v1", "PodDisruptionBudget"), ("networking.k8s.io/v1", "NetworkPolicy")}


class StrictLoader(yaml.SafeLoader):
    """YAML in which a key that is given twice is an error, as it is for Kubernetes."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value
                if key.tag != "tag:yaml.org,2002:merge"]
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.constructor.ConstructorError(
                None, None, f"{', '.join(twice)} given twice", node.start_mark)
        return super().construct_mapping(node, deep)


def load(path):
    with open(path, encoding="utf-8") as file:
        return [document for document in yaml.load_all(file, StrictLoader) if document]


def seconds(text):
    value, unit = re.fullmatch(r"(\d+)(ms|s|m)?", text).groups()
    return int(value) * {"ms": 0.001, "m": 60}.get(unit, 1)


def template_of(thing):
    return thing["spec"].get("template") if thing["kind"] != "Service" else None


def labels_of(thing):
    return template_of(thing)["metadata"]["labels"]


def matches(selector, labels):
    return bool(selector) and all(labels.get(key) == value for key, value in selector.items())


class Manifests:
    def __init__(self, folder):
        self.folder = folder
        self.kustomization = load(os.path.join(folder, "kustomization.yaml"))[0]
        self.things = [thing for name in self.kustomization["resources"]
                       for thing in load(os.path.join(folder, name))]
        self.workloads = [t for t in self.things
                          if t["kind"] in ("StatefulSet", "Deployment", "Job")]

    def of_kind(self, kind):
        return [thing for thing in self.things if thing["kind"] == kind]

    def named(self, kind, name):
        return next((t for t in self.of_kind(kind) if t["metadata"]["name"] == name), None)

    def problems(self):
        yield from self._kinds()
        for workload in self.workloads:
            where = f"{workload['kind']} {workload['metadata']['name']}"
            for sentence in self._workload(workload):
                yield f"{where}: {sentence}"
        yield from self._selectors()
        yield from self._agents()
        yield from self._job()
        yield from self._kustomization()

    def _kinds(self):
        for thing in self.things:
            kind = (thing["apiVersion"], thing["kind"])
            if kind not in KINDS:
                yield f"{kind} is not a kind that this check knows"
            namespace = thing["metadata"].get("namespace")
            if thing["kind"] != "Namespace" and namespace != self.kustomization["namespace"]:
                yield f"{thing['kind']} {thing['metadata']['name']} is in namespace {namespace}"
        for namespace in self.of_kind("Namespace"):
            if namespace["metadata"]["labels"].get(
                    "pod-security.kubernetes.io/enforce") != "restricted":
                yield "the namespace does not enforce the restricted profile"

    def _workload(self, workload):
        pod = template_of(workload)["spec"]
        yield from pod_security(pod)
        selector = workload["spec"].get("selector", {}).get("matchLabels")
        if workload["kind"] != "Job" and not matches(selector, labels_of(workload)):
            yield f"its selector {selector} does not match its pods"
        volumes = {volume["name"]: volume for volume in pod.get("volumes", [])}
        mounted = set()
        for container in pod["containers"]:
            yield from container_rules(container)
            for mount in container.get("volumeMounts", []):
                mounted.add(mount["name"])
                if mount["name"] not in volumes:
                    yield f"no volume is called {mount['name']}"
        for name in sorted(set(volumes) - mounted):
            yield f"the volume {name} is mounted nowhere"
        for volume in volumes.values():
            yield from self._volume(volume)

    def _volume(self, volume):
        generated = {g["name"] for g in self.kustomization.get("configMapGenerator", [])}
        if "configMap" in volume and volume["configMap"]["name"] not in generated:
            yield f"nothing makes the ConfigMap {volume['configMap']['name']}"
        claim = volume.get("persistentVolumeClaim", {}).get("claimName")
        if claim and not self.named("PersistentVolumeClaim", claim):
            yield f"no PersistentVolumeClaim is called {claim}"

    def _selectors(self):
        pods = [labels_of(workload) for workload in self.workloads]
        for kind, key in (("Service", "selector"), ("NetworkPolicy", "podSelector"),
                          ("PodDisruptionBudget", "selector")):
            for thing in self.of_kind(kind):
                selector = thing["spec"][key]
                selector = selector if kind == "Service" else selector["matchLabels"]
                if not any(matches(selector, labels) for labels in pods):
                    yield f"{kind} {thing['metadata']['name']} selects no pod"
        for policy in self.of_kind("NetworkPolicy"):
            for rule in policy["spec"].get("ingress", []):
                for peer in rule.get("from", []):
                    if not any(matches(peer["podSelector"]["matchLabels"], p) for p in pods):
                        yield f"NetworkPolicy {policy['metadata']['name']} lets nobody in"
                for port in rule["ports"]:
                    yield from self._port_exists(policy["spec"]["podSelector"]["matchLabels"],
                                                 port["port"], "NetworkPolicy")
        for service in self.of_kind("Service"):
            for port in service["spec"]["ports"]:
                yield from self._port_exists(service["spec"]["selector"], port["targetPort"],
                                             "Service")

    def _port_exists(self, selector, port, who):
        for workload in self.workloads:
            if matches(selector, labels_of(workload)):
                ports = [p for c in template_of(workload)["spec"]["containers"]
                         for p in c.get("ports", [])]
                if port not in [p["name"] for p in ports] + [p["containerPort"] for p in ports]:
                    yield f"{who}: {workload['metadata']['name']} has no port {port}"

    def _agents(self):
        for agents in self.of_kind("StatefulSet"):
            service = self.named("Service", agents["spec"]["serviceName"])
            if service is None or service["spec"].get("clusterIP") != "None":
                yield "the agents' Service is not headless, so its name has one address for all"
            elif service["spec"].get("publishNotReadyAddresses"):
                yield "the agents' Service names agents that are not ready"
            pod = template_of(agents)["spec"]
            options = options_of(pod["containers"][0])
            # After the drain, records that are not acknowledged have 20 s to reach the controller.
            if pod["terminationGracePeriodSeconds"] < seconds(options["--drain-timeout"]) + 20:
                yield "an agent is killed before --drain-timeout is over"
            ports = {p["name"]: p["containerPort"] for p in pod["containers"][0]["ports"]}
            for flag, port in (("--listen", "control"), ("--health-listen", "health")):
                if options[flag] != f"0.0.0.0:{ports[port]}":
                    yield f"{flag} is not on the container's port {port}"
            for flag in ("--tls-cert", "--tls-key", "--tls-ca", "--allow-controller"):
                if flag not in options:
                    yield f"the agents lack {flag}"

    def _job(self):
        for job in self.of_kind("Job"):
            pod = template_of(job)["spec"]
            options = options_of(pod["containers"][0])
            name, port = options["--agents"].split(":")
            service = self.named("Service", name)
            if service is None or int(port) not in [p["port"] for p in service["spec"]["ports"]]:
                yield f"Job: --agents={options['--agents']} is no Service and port of these"
            expected = options["--set"]
            replicas = sum(t["spec"]["replicas"] for t in self.of_kind("StatefulSet"))
            if expected != f"expect_agents={replicas}":
                yield f"Job: --set={expected}, and there are {replicas} agents"
            # Only what was refused before any load may be tried again.
            rules = job["spec"].get("podFailurePolicy", {}).get("rules")
            if pod["restartPolicy"] != "Never" or rules != [
                    {"action": "FailJob", "onExitCodes": {"operator": "NotIn", "values": [2]}}]:
                yield "Job: a failed run would be repeated"

    def _kustomization(self):
        images = {c["image"] for w in self.workloads for c in template_of(w)["spec"]["containers"]}
        for image in self.kustomization["images"]:
            if image["name"] not in images:
                yield f"kustomization: no container has the image {image['name']}"
        for generator in self.kustomization["configMapGenerator"]:
            for name in generator["files"]:
                if not os.path.exists(os.path.join(self.folder, name)):
                    yield f"kustomization: {name} does not exist"


def options_of(container):
    return dict(argument.split("=", 1) for argument in container["args"] if "=" in argument)


def pod_security(pod):
    """The whole of the restricted profile, and what goes beyond it here."""
    context = pod.get("securityContext", {})
    if context.get("runAsNonRoot") is not True or not context.get("runAsUser"):
        yield "it may run as root (runAsNonRoot, a numeric runAsUser)"
    if context.get("seccompProfile", {}).get("type") not in ("RuntimeDefault", "Localhost"):
        yield "it has no seccomp profile"
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(key):
            yield f"{key} is set"
    if pod.get("automountServiceAccountToken") is not False:
        yield "it gets a token of the cluster, which it does not need"
    allowed = {"configMap", "emptyDir", "secret", "persistentVolumeClaim", "projected", "csi",
               "downwardAPI", "ephemeral"}
    for volume in pod.get("volumes", []):
        if not set(volume) - {"name"} <= allowed:
            yield f"volume {volume['name']} is of a kind that is not allowed"


def container_rules(container):
    context = container.get("securityContext", {})
    if context.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation is not false"
    if context.get("privileged") or context.get("capabilities", {}).get("add"):
        yield "it asks for privileges"
    if context.get("capabilities", {}).get("drop") != ["ALL"]:
        yield "capabilities are not all dropped"
    if context.get("readOnlyRootFilesystem") is not True:
        yield "its root file system is not read-only"
    resources = container.get("resources", {})
    if not resources.get("limits") or resources.get("requests") != resources["limits"]:
        yield "requests and limits differ, so its pod is not Guaranteed"
    if not re.fullmatch(r"[1-9]\d*", resources.get("limits", {}).get("cpu", "")):
        yield "it has no whole number of CPUs, so none is its own"
    ports = container.get("ports", [])
    numbers, names = [p["containerPort"] for p in ports], [p["name"] for p in ports]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        for how in ("grpc", "tcpSocket", "httpGet"):
            port = container.get(probe, {}).get(how, {}).get("port")
            # A gRPC probe takes a number; a name is refused by the API server.
            if port is not None and port not in numbers + ([] if how == "grpc" else names):
                yield f"{probe}: the container has no port {port}"
    program = os.path.basename(container["command"][0]).removeprefix("monsoon-")
    command = "" if program == "agent" else container["args"][0]
    for flag in program_help.unknown_flags(container["args"],
                                           program_help.flags_of(program, command)):
        yield f"{program} {command} has no flag {flag}"


def problems(folder):
    return list(Manifests(folder).problems())
