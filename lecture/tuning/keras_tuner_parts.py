"""All that the search takes from inside KerasTuner (1.4.8): a new version has to be looked at here only.

Public in KerasTuner, and imported elsewhere as well, are ``keras_tuner.HyperParameters`` and the kinds of its
hyperparameters.
"""

import os
from collections.abc import Callable
from concurrent import futures

import grpc
import keras_tuner
from keras_tuner.engine.trial import Trial as Message
from keras_tuner.src import protos
from keras_tuner.src.distribute import oracle_chief, oracle_client

N_THREADS = 4  # requests that the chief answers at the same time


class Recorder(keras_tuner.HyperParameters):
    """KerasTuner's hyperparameters, which record what a network asks for and choose the values that are missing.

    Parameters
    ----------
    given : dict
        Values by name.
    choose : callable
        ``choose(parameter)`` returns the value of a hyperparameter that is not given.

    Attributes
    ----------
    parameters : dict
        The hyperparameters that were asked for and count, by name, in the order of asking.
    """

    def __init__(self, given: dict, choose: Callable):
        super().__init__()
        self.given, self.choose, self.parameters = given, choose, {}

    def _retrieve(self, hp):
        if self.is_active(hp):
            self.parameters[hp.name] = hp
            if hp.name not in self.values:
                self.values[hp.name] = self.given[hp.name] if hp.name in self.given else self.choose(hp)
        return super()._retrieve(hp)


def message(status: str, number: int | None = None) -> Message:
    """Return what an oracle answers to a tuner: a status, and the number of a trial if there is one."""
    return Message(keras_tuner.HyperParameters(), "" if number is None else str(number), status)


class Server:
    """Answers the requests of workers for an oracle, by KerasTuner's protocol.

    Parameters
    ----------
    oracle : lecture.tuning.oracle.Oracle
    address : str
        HOST:PORT to listen on.
    """

    def __init__(self, oracle, address: str):
        self._servicer = oracle_chief.OracleServicer(oracle)
        pool = futures.ThreadPoolExecutor(max_workers=N_THREADS)
        self._server = grpc.server(pool, options=[("grpc.so_reuseport", 0)])
        protos.get_service_grpc().add_OracleServicer_to_server(self._servicer, self._server)
        self._server.add_insecure_port(address)

    @property
    def has_said_stop(self) -> bool:
        """Whether a worker was told that there are no more trials."""
        return self._servicer.stop_triggered

    def start(self) -> None:
        """Answer from now on."""
        self._server.start()

    def stop(self) -> None:
        """Finish the requests that came within the last second, and answer no more."""
        self._server.stop(grace=1).wait()


def client(host: str, port: int, name: str) -> oracle_client.OracleClient:
    """Return what a worker asks for trials: KerasTuner's client of the oracle at an address."""
    os.environ |= {"KERASTUNER_TUNER_ID": name, "KERASTUNER_ORACLE_IP": host, "KERASTUNER_ORACLE_PORT": str(port)}
    return oracle_client.OracleClient(None)
