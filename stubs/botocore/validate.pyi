from typing import Any

class ParamValidator:
    def validate(self, params: object, shape: Any) -> Any: ...
