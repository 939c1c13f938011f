from typing import Any

class Session:
    def get_service_model(self, service_name: str) -> Any: ...
