from .briefing import Briefing

__all__ = ["Briefing"]
