from graph_contracts.errors import ConfigurationError as ConfigurationError
from graph_contracts.errors import ContractsError as ContractsError
from graph_contracts.errors import DocumentError as DocumentError
from graph_contracts.errors import NothingTestedError as NothingTestedError
from graph_contracts.errors import TargetError as TargetError
from graph_contracts.http.exchange import Exchange as Exchange
from graph_contracts.http.exchange import Request as Request
from graph_contracts.http.exchange import Response as Response
from graph_contracts.library.check import check as check
from graph_contracts.library.mock import reference_app as reference_app
from graph_contracts.library.mock import reference_server as reference_server
from graph_contracts.library.rules import TestedOperation as TestedOperation
from graph_contracts.library.rules import requirement as requirement
from graph_contracts.library.suite import ContractCase as ContractCase
from graph_contracts.library.suite import GraphContract as GraphContract
from graph_contracts.report.results import Outcome as Outcome
from graph_contracts.report.results import RequirementResult as RequirementResult
from graph_contracts.report.results import Results as Results
from graph_contracts.report.verdict import Verdict as Verdict
from graph_contracts.requirements import Finding as Finding
from graph_contracts.requirements import Inconclusive as Inconclusive
from graph_contracts.requirements import Level as Level
from graph_contracts.requirements import NotApplicable as NotApplicable

__version__: str
